"""What can be done with an arrival now, and what was done last. Test state is no input (R-000-7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from hospitals.models import Intake
from hospitals.states import ENDED, FINAL, INSIDE, INTAKE_STEPS, DeskStep, IntakeStatus

STEP_TO = {
    "start_treatment": IntakeStatus.IN_TREATMENT,
    "admit": IntakeStatus.ADMITTED,
    "transfer": IntakeStatus.TRANSFERRED,
    "record_death": IntakeStatus.DIED,
}


def allowed_steps(intake: Intake) -> frozenset[str]:
    """Name the steps a desk may press now, from status and stamps alone."""
    steps = {name for name, to in STEP_TO.items() if to in INTAKE_STEPS.get(intake.status, ())}
    if intake.status in INSIDE:
        steps.add("release")
        if intake.handed_over_at is None:
            steps.add("hand_over")
    return frozenset(steps)


def last_step(intake: Intake) -> tuple[DeskStep, datetime]:
    """Name the newest step of an arrival and when it was pressed; of two at one time, the later in the way."""
    stamps = [
        (DeskStep.ARRIVED, intake.arrived_at),
        (DeskStep.HANDED_OVER, intake.handed_over_at),
        (DeskStep.TREATMENT, intake.treatment_started_at),
        (DeskStep.ENDED, intake.ended_at if intake.status in ENDED else None),
    ]
    known = [(name, moment) for name, moment in stamps if moment is not None]
    newest = max(moment for _name, moment in known)
    return next((name, moment) for name, moment in reversed(known) if moment == newest)


def can_undo(intake: Intake, *, at: datetime, within: timedelta) -> bool:
    """Say whether the newest step can still be taken back."""
    step, taken_at = last_step(intake)
    return (
        intake.status not in FINAL
        and at - taken_at <= within
        and not (step == DeskStep.ENDED and (intake.way_home_by or intake.left_at))
    )
