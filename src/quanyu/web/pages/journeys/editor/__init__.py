"""The form of a journey: what begins it, its steps and how it is measured, beside the flow that follows and the document."""
