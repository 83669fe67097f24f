import type { Sqld } from './start-sqld.js'

/** What became of a statement: the HTTP status, and the text of a refusal or of an SQL error. */
export interface Answer {
  status: number
  /** Empty when the statement was done. */
  error: string
  rows: unknown[][]
}

interface Pipeline {
  results: {
    error?: { message: string }
    response?: { result: { rows: { value?: unknown }[][] } }
  }[]
}

/** Makes a namespace by the admin API. */
export async function createNamespace({ adminUrl }: Sqld, name: string): Promise<void> {
  const response = await fetch(`${adminUrl}/v1/namespaces/${name}/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
}

/** Runs one statement over plain HTTP, with no client between. */
export async function execute(
  { url }: Pick<Sqld, 'url'>,
  namespace: string,
  sql: string,
  token?: string,
): Promise<Answer> {
  const response = await fetch(`${url}/v2/pipeline`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // The server refuses the padding.
      'x-namespace-bin': Buffer.from(namespace).toString('base64').replace(/=+$/, ''),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      baton: null,
      requests: [{ type: 'execute', stmt: { sql } }, { type: 'close' }],
    }),
  })
  const { status } = response
  const text = await response.text()
  if (!response.ok) return { status, error: text, rows: [] }
  const [result] = (JSON.parse(text) as Pipeline).results
  const rows = result?.response?.result.rows.map(row => row.map(({ value }) => value)) ?? []
  return { status, error: result?.error?.message ?? '', rows }
}
