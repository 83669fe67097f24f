/** What a server says in the body of an error: `{"error": "…"}`, or text; one line. */
export function messageIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    if (typeof error === 'string') return oneLine(error)
  } catch {
    // It is text.
  }
  return oneLine(body)
}

const LONGEST = 200

/** A proxy may answer with a page of HTML. */
function oneLine(text: string): string {
  const line = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}
