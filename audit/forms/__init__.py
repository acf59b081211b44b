"""A published report in another form: a page, a workbook, CSV, or events for a SIEM."""

from audit.forms.forms import FORMS, Form, Made, check_form, choose_target, make_form

__all__ = ["FORMS", "Form", "Made", "check_form", "choose_target", "make_form"]
