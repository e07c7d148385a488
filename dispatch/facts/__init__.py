"""What others told: facts of the apps below and of the clock, answered."""
