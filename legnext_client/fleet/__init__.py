"""A fleet: the rows of one account on many machines, without paying twice, on PostgreSQL and Procrastinate.

    fleet = Fleet("postgresql://…")
    fleet.up(places=6)
    fleet.submit("posters.csv")          # then `legnext fleet worker` on each machine
    for result in fleet.results(): ...

It needs the `fleet` extra: `pip install 'legnext-client[fleet]'`.
"""

from legnext_client.fleet.fleet import Fleet, FleetResult, Status
from legnext_client.fleet.worker import FleetWorker

__all__ = ["Fleet", "FleetResult", "FleetWorker", "Status"]
