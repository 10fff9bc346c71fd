"""The gateway's spool: deliveries kept on disk while Kafka does not take them."""
