"""Messages that wait in a slot of the shop's pages until their person comes by."""

from quanyu.ledger.placement.placement import Placement, Waiting, place_messages, show, waiting_in

__all__ = ["Placement", "Waiting", "place_messages", "show", "waiting_in"]
