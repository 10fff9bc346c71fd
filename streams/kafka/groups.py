"""What a consumer group has read and who is in it, as the broker knows it."""

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.errors import Unavailable


class Group:
    """One consumer group and the topic it reads; every method raises Unavailable while the broker does not answer."""

    def __init__(self, bootstrap: str, name: str, topic: str) -> None:
        """Connect."""
        self.name = name
        try:
            self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
            self._consumer = KafkaConsumer(
                bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False
            )
            numbers = self._consumer.partitions_for_topic(topic) or ()
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {bootstrap}") from error
        self._parts = [TopicPartition(topic, number) for number in sorted(numbers)]

    def end(self) -> dict[TopicPartition, int]:
        """How far each partition reaches now."""
        try:
            found: dict[TopicPartition, int] = self._consumer.end_offsets(self._parts)
        except KafkaError as error:
            raise Unavailable("kafka", f"the ends cannot be read: {error}") from error
        return found

    def done(self) -> dict[TopicPartition, int]:
        """How far the group has acknowledged each partition; 0 where it has not begun."""
        try:
            held = self._admin.list_group_offsets({self.name: self._parts}).get(self.name, {})
        except KafkaError as error:
            raise Unavailable("kafka", f"the group cannot be read: {error}") from error
        return {part: max(0, held[part].offset if part in held else 0) for part in self._parts}

    def is_left(self) -> bool:
        """Whether no process is in the group, or there is none of that name."""
        try:
            states = {each["group_id"]: each["group_state"] for each in self._admin.list_groups()}
        except KafkaError as error:
            raise Unavailable("kafka", f"the groups cannot be read: {error}") from error
        return states.get(self.name, "Dead") in {"Empty", "Dead"}

    def close(self) -> None:
        """Disconnect."""
        self._admin.close()
        self._consumer.close()
