"""Departures of ferries, buses and trams."""
