"""The parts that `Client` and `AsyncClient` share."""
