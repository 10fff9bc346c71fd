"""Settings, configuration files and logging."""
