"""Standard envelopes as canonical events, and the other spellings that they may use."""
