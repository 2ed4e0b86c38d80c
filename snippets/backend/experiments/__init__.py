"""The backend, measured: against others, by its layers, in a mix."""
