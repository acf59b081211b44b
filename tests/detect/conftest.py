from pathlib import Path

import pytest
from small_catalogue import DETECTOR, MANY, VIEW


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    for name in ("views", "detectors", "explanations"):
        (tmp_path / name).mkdir()
    columns = "access_id, user_id, actions, masked, local_date, local_hour, iso_weekday, occurred_epoch, occurred_at"
    night = f"SELECT {columns} FROM access WHERE local_hour < $to_hour"
    more = "-- materialise = true\n-- parameters.to_hour = 6"
    (tmp_path / "views" / "night.sql").write_text(VIEW.format(id="night", reads='["access"]', more=more, sql=night))
    detector = DETECTOR.format(id="many", reads='["night"]', parameters="-- parameters.last_weekday = 5", sql=MANY)
    (tmp_path / "detectors" / "many.sql").write_text(detector)
    return tmp_path
