"""Standard adapter: canonical events in Standard Webhooks 1.0 or CloudEvents 1.0, for systems without their own adapter."""
