"""The five sign-ins of a demo city. They open only where DEMO is set (decisions.md E26)."""

from core.vocabulary import Role

DEMO_PASSWORD = "yilai-yihui-2022"

# username, role, name when the city's data has none
FIVE = (
    ("shequ", Role.STAFF, "林晓"),
    ("menwei", Role.GUARD, "孙师傅"),
    ("diaodu", Role.DISPATCH, "韩冰"),
    ("siji", Role.DRIVER, "张师傅"),
    ("jiezhen", Role.INTAKE, "赵敏"),
)
