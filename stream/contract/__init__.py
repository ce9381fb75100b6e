"""All that dashboard and simulator may know of the stream: events, frames, figures, their codec."""
