"""Names of the workers' tasks as they wait in the queue over an upgrade:
one constant for whoever rings and for the task.
"""

PLAN_AREA = "dispatch.tasks.plan_area"
PLACE_URGENT = "dispatch.tasks.place_urgent"
