"""Who plays which part. The numbers of the users who were planted, and the strength of each unit."""

CASE_ONE = "U1054"
CASE_TWO = "U1201"
CASE_THREE = "U1042"
CASE_FOUR = "U1176"
CASE_FIVE = "U1088"
CASE_SIX = "U1163"
MERSEYSIDE = "U1117"
SEDGWICK = "U1029"
WATCHED = "U1133"
TRIAD = "U1220"
GLOUCESTERSHIRE = "U1071"
DATA_SALE = "U1190"
CASE_USERS = (
    CASE_ONE,
    CASE_TWO,
    CASE_THREE,
    CASE_FOUR,
    CASE_FIVE,
    CASE_SIX,
    MERSEYSIDE,
    SEDGWICK,
    WATCHED,
    TRIAD,
    GLOUCESTERSHIRE,
    DATA_SALE,
)

FORTY = "U1015"
BEHAVES = "U1093"
COLLEAGUE_CRIME = "U1148"
HURT_COLLEAGUE = "U1160"
CONTROL_ROOM = "U1007"
COVERING = "U1124"
NIGHT_WORKER = "U1180"
SAME_SURNAME = "U1211"
TYPING_ERROR = "U1102"
TRANSFERRED = "U1139"
TRAINED = "U1066"
SECONDED = "U1195"
LOOKALIKE_USERS = (
    FORTY,
    BEHAVES,
    COLLEAGUE_CRIME,
    HURT_COLLEAGUE,
    CONTROL_ROOM,
    COVERING,
    NIGHT_WORKER,
    SAME_SURNAME,
    TYPING_ERROR,
    TRANSFERRED,
    TRAINED,
    SECONDED,
)
HOTLIST_USER = "SVC-HOTLIST"

UNITS = {
    "response-city": (40, "response-officer", "NCH"),
    "response-north": (32, "response-officer", "HLM"),
    "response-south": (32, "response-officer", "WRD"),
    "cid-city": (20, "detective", "CCD"),
    "cid-county": (16, "detective", "KCD"),
    "safeguarding": (22, "safeguarding-officer", "SFG"),
    "control-room": (30, "control-room-operator", "FCR"),
    "intelligence": (14, "analyst", "FIB"),
    "roads-policing": (20, "roads-officer", "RPU"),
    "rural-post": (8, "rural-officer", "OXT"),
    "major-crime": (16, "detective", "MCU"),
}
# Fixed places; everybody else is dealt out at random. (unit, sex, role where it is not the unit's)
PLACES = {
    CASE_ONE: ("response-north", "M", ""),
    CASE_TWO: ("response-city", "M", ""),
    CASE_THREE: ("response-city", "M", ""),
    CASE_FOUR: ("response-north", "M", ""),
    CASE_FIVE: ("response-north", "M", ""),
    CASE_SIX: ("cid-county", "F", ""),
    MERSEYSIDE: ("response-south", "M", ""),
    SEDGWICK: ("response-south", "M", ""),
    WATCHED: ("response-south", "M", ""),
    TRIAD: ("cid-city", "F", ""),
    GLOUCESTERSHIRE: ("cid-city", "M", ""),
    DATA_SALE: ("roads-policing", "F", "collision-clerk"),
    FORTY: ("safeguarding", "F", ""),
    BEHAVES: ("response-north", "M", ""),
    COLLEAGUE_CRIME: ("cid-county", "F", ""),
    HURT_COLLEAGUE: ("response-south", "M", ""),
    CONTROL_ROOM: ("control-room", "F", ""),
    COVERING: ("response-south", "F", ""),
    NIGHT_WORKER: ("response-city", "M", ""),
    SAME_SURNAME: ("response-north", "F", ""),
    TYPING_ERROR: ("response-city", "F", ""),
    TRANSFERRED: ("cid-city", "M", ""),
    TRAINED: ("response-south", "F", ""),
    SECONDED: ("cid-county", "M", ""),
    "U1191": ("roads-policing", "M", "collision-clerk"),
    "U1192": ("roads-policing", "F", "collision-clerk"),
    "U1193": ("roads-policing", "F", "collision-clerk"),
}
