"""Career Relay (キャリアリレー): the service at which rejected candidates register themselves."""
