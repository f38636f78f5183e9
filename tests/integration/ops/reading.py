"""What /metrics says, by name and labels."""

from prometheus_client.parser import text_string_to_metric_families


class Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        self.samples = {(each.name, frozenset(each.labels.items())): each.value for each in found}

    def __call__(self, name: str, **labels: str) -> float:
        """Zero for what never happened."""
        return self.samples.get((f"kiosk_{name}", frozenset(labels.items())), 0.0)

    def labels(self, label: str) -> set[str]:
        """Every value that a label has anywhere."""
        return {dict(labels)[label] for _, labels in self.samples if label in dict(labels)}
