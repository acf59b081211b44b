"""What every command starts from: the workspace that is meant, and how to speak. Reads nothing before it is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audit.cli.messages import Messages

if TYPE_CHECKING:
    from audit.catalogue import Catalogue
    from audit.report.read import Run
    from audit.reviews import ControlReview, Review
    from audit.sources.definition import SourceDefinition
    from audit.timezones import Zone
    from audit.workspace import Workspace


@dataclass(frozen=True)
class Session:
    """`named`: the workspace that -w or $AUDIT_WORKSPACE names; None = the current folder."""

    named: Path | None
    messages: Messages

    @property
    def folder(self) -> Path:
        """The folder of the workspace, whether one is there or not."""
        return self.named or Path()

    def workspace(self) -> "Workspace":
        """Read the workspace. Raises ConfigError."""
        from audit.workspace import read_workspace

        return read_workspace(self.folder)

    def workspace_if_any(self) -> "Workspace | None":
        """Read the workspace; None when none is named and the current folder is none. Raises ConfigError."""
        from audit.workspace import CONFIG_NAME

        return self.workspace() if self.named or (self.folder / CONFIG_NAME).exists() else None

    def catalogue(self, in_full: bool = False) -> "Catalogue":
        """Read the workspace's queries with its parameters, or the shipped ones where there is no workspace.

        `in_full`: parse and check those shipped texts too that passed when the program was made.
        """
        from audit.catalogue import read_catalogue
        from audit.run import read_queries

        workspace = self.workspace_if_any()
        return read_queries(workspace, in_full) if workspace else read_catalogue(in_full=in_full)

    def overrides(self) -> "Mapping[str, Mapping[str, object]]":
        """Return the parameters that audit.toml sets, by query; none where there is no workspace."""
        workspace = self.workspace_if_any()
        return workspace.parameters if workspace else {}

    def library(self, in_full: bool = False) -> "Mapping[str, SourceDefinition]":
        """Read the workspace's source definitions, or the shipped ones where there is no workspace; `in_full`: as above."""
        from audit.sources.library import read_library

        workspace = self.workspace_if_any()
        return read_library(workspace.sources if workspace else (), in_full)

    def zone(self) -> "Zone":
        """Return the workspace's time zone; UTC where there is no workspace."""
        from audit.timezones import read_zone

        workspace = self.workspace_if_any()
        return workspace.zone if workspace else read_zone("UTC")

    def record_look(
        self, command: str, asked: "Mapping[str, object]", ids: "Sequence[str]" = (), run_id: str | None = None
    ) -> None:
        """Record on the ledger what is about to be shown, and to whom. Raises InputOutputError: then show nothing."""
        from audit.ledger import ledger_of
        from audit.recording import record_look

        record_look(ledger_of(self.workspace()), command, asked, ids, run_id)

    def reviews(self) -> "Mapping[str, Sequence[Review]]":
        """Return all reviews by finding, as the ledger has them now."""
        from audit.ledger import ledger_of
        from audit.reviews import read_reviews

        return read_reviews(ledger_of(self.workspace()).read())

    def control_reviews(self) -> "Mapping[str, ControlReview]":
        """Return the last review of each control access, as the ledger has them now."""
        from audit.ledger import ledger_of
        from audit.reviews import read_control_reviews

        return read_control_reviews(ledger_of(self.workspace()).read())

    def find_finding(self, finding_id: str, *tables: str) -> "tuple[Run, dict[str, object]]":
        """Return the finding of that id, or of the only id that begins so, and the report that it stands in.

        After a run of some detectors alone the findings of the others stand in the report before it.

        Raises UsageError when none or several begin so; else as `latest_run` does.
        """
        from audit.errors import UsageError
        from audit.report.intact import check_intact
        from audit.report.read import find_finding, read_manifest, standing_runs

        newest = self.latest_run("findings", *tables)
        fault, replaced = None, set[str]()
        for run in standing_runs(self.workspace().reports):
            if run != newest:
                check_intact(run, "findings", *tables)
            try:
                found = find_finding(run, finding_id)
            except UsageError as first:
                fault = fault or first
            else:
                if found["detector"] not in replaced:
                    return run, found
            replaced |= read_manifest(run).detectors().keys()
        raise fault or UsageError(f'finding "{finding_id}": stands no more; see: audit findings')

    def latest_run(self, *tables: str) -> "Run":
        """Return the workspace's newest report, of which these tables are about to be read.

        Raises InputOutputError when there is none, DifferenceError when the tables are not what the run wrote.
        """
        from audit.errors import InputOutputError
        from audit.report.intact import check_intact
        from audit.report.read import latest

        workspace = self.workspace()
        run = latest(workspace.reports)
        if run is None:
            raise InputOutputError(f"{workspace.reports}: no report has been made yet; make one with: audit run")
        check_intact(run, *tables)
        return run
