"""Offsets and members of a consumer group, as reported by the broker."""

from kafka import TopicPartition
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients


class ConsumerGroup:
    """One consumer group and its topic; every method raises Unavailable while the broker does not answer."""

    def __init__(self, access: KafkaAccess, name: str, topic: str) -> None:
        """Connect."""
        self.name = name
        self._admin = clients.admin(access)
        self._consumer = clients.consumer(access)
        try:
            numbers = self._consumer.partitions_for_topic(topic) or ()
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {access.bootstrap}") from error
        self._partitions = [TopicPartition(topic, number) for number in sorted(numbers)]

    def end_offsets(self) -> dict[TopicPartition, int]:
        """Return the current end offset of each partition."""
        try:
            offsets: dict[TopicPartition, int] = self._consumer.end_offsets(self._partitions)
        except KafkaError as error:
            raise Unavailable("kafka", f"reading the end offsets failed: {error}") from error
        return offsets

    def committed_offsets(self) -> dict[TopicPartition, int]:
        """Return the committed offset of each partition; 0 where nothing was committed."""
        try:
            committed = self._admin.list_group_offsets({self.name: self._partitions}).get(
                self.name, {}
            )
        except KafkaError as error:
            raise Unavailable("kafka", f"reading the committed offsets failed: {error}") from error
        return {
            tp: max(0, committed[tp].offset if tp in committed else 0) for tp in self._partitions
        }

    def is_empty(self) -> bool:
        """Return whether the group has no members or does not exist."""
        try:
            states = {
                group["group_id"]: group["group_state"] for group in self._admin.list_groups()
            }
        except KafkaError as error:
            raise Unavailable("kafka", f"listing the groups failed: {error}") from error
        return states.get(self.name, "Dead") in {"Empty", "Dead"}

    def close(self) -> None:
        """Disconnect."""
        self._admin.close()
        self._consumer.close()


def leave(access: KafkaAccess, group: str, instance_id: str) -> None:
    """Remove a static member from a group, so that the others take over without waiting for its session to end.

    Raise Unavailable.
    """
    admin = clients.admin(access)
    try:
        admin.remove_group_members(group, [MemberToRemove(group_instance_id=instance_id)])
    except KafkaError as error:
        raise Unavailable("kafka", f"leaving {group} failed: {error}") from error
    finally:
        admin.close()
