"""What the sign-in pages ask of the installation. Must not query."""

from django import template

from districts import mail

register = template.Library()


@register.simple_tag
def mail_is_configured() -> bool:
    """Answer whether mail leaves this installation."""
    return mail.mail_is_configured()
