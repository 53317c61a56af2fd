"""What every party stands on: the store, the clock, the journal, tenants, faults, settings."""
