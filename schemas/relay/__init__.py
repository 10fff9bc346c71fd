"""Career Relay (キャリアリレー): the pure ledger of counted persons, hiring slots and their value."""
