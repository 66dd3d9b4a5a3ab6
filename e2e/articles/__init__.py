"""From the law to the line and back: what each point of the regulation asks, where it is carried out, which tests show it."""
