"""What happens to learners, for the apps that keep something of theirs."""

from django.dispatch import Signal

# A guest signed in as a person on the same browser. Sent inside the transaction that then deletes the
# guest; receivers move what is the guest's. Arguments: guest, person.
guest_joined = Signal()

# A learner takes everything home. Each receiver gives (name, iterable of plain JSON). Argument: user.
learner_exported = Signal()
