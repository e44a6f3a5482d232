"""Write side of investments: coding rules and allocations. Atomic, audited, marks what changed."""

from investments.services.allocation_along import take_along_back
from investments.services.allocation_carry import Moved, carry_over_allocations, clear_allocations
from investments.services.allocations import AllocationRefused, SavedAllocation, save_allocation
from investments.services.coding_rules import (
    CodingRefused,
    RuleInput,
    archive_rule,
    create_rule,
    move_rule,
    restore_rule,
    update_rule,
)
from investments.services.refused import NotThere
from investments.services.rule_preview import (
    CostChange,
    PreviewElsewhere,
    PreviewRow,
    RulePreview,
    preview_archive,
    preview_move,
    preview_rule,
)

__all__ = [
    "AllocationRefused",
    "CodingRefused",
    "CostChange",
    "Moved",
    "NotThere",
    "PreviewElsewhere",
    "PreviewRow",
    "RuleInput",
    "RulePreview",
    "SavedAllocation",
    "archive_rule",
    "carry_over_allocations",
    "clear_allocations",
    "create_rule",
    "move_rule",
    "preview_archive",
    "preview_move",
    "preview_rule",
    "restore_rule",
    "save_allocation",
    "take_along_back",
    "update_rule",
]
