"""`hirelay rekey`: what people are known by moves under the company's newest person key."""
