"""What every face shares: who may ask, how bodies are read, what the journal is told, how answers go out."""
