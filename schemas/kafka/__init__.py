"""Records of the Kafka topics that are not candidate events, and the topics themselves."""
