import { readdir, readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parseTableTemplate } from '../../src/migrate/template/parse-table-template.js'
import { tableSchema } from '../../src/migrate/template/table-schema.js'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

/** What this project uses of valibot's schemas, as plain data. */
interface Node {
  type: string
  pipe?: Node[]
  wrapped?: Node
  default?: unknown
  entries?: Record<string, Node>
  item?: Node
  options?: (Node | string)[]
  requirement?: unknown
  description?: string
}

/** The JSON Schema (draft 7) that says the same as a valibot schema. */
function jsonSchemaOf(node: Node): Record<string, unknown> {
  if (node.pipe !== undefined) return Object.assign({}, ...node.pipe.map(jsonSchemaOf))
  switch (node.type) {
    case 'any':
    case 'check':
    case 'raw_transform':
      return {}
    case 'description':
      return { description: node.description }
    case 'string':
    case 'boolean':
    case 'number':
    case 'null':
      return { type: node.type }
    case 'min_length':
      return typeof node.requirement === 'number' ? { minLength: node.requirement } : {}
    case 'picklist':
      return { enum: node.options }
    case 'union':
      return { anyOf: node.options?.map(option => jsonSchemaOf(option as Node)) }
    case 'array':
      return { type: 'array', items: jsonSchemaOf(node.item as Node) }
    case 'optional': {
      const isFlag = typeof node.default === 'boolean'
      return { ...jsonSchemaOf(node.wrapped as Node), ...(isFlag && { default: node.default }) }
    }
    case 'object': {
      const entries = Object.entries(node.entries ?? {})
      const required = entries.filter(([, entry]) => entry.type !== 'optional')
      return {
        type: 'object',
        properties: Object.fromEntries(entries.map(([key, entry]) => [key, jsonSchemaOf(entry)])),
        required: required.map(([key]) => key),
        additionalProperties: false,
      }
    }
    default:
      throw new Error(`this test does not know valibot's ${node.type}`)
  }
}

/** JSON Schema counts characters and elements under different names. */
function withMinItems(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withMinItems)
  if (typeof schema !== 'object' || schema === null) return schema
  const members = Object.entries(schema).map(([key, value]) => [key, withMinItems(value)])
  const { minLength, ...rest } = Object.fromEntries(members)
  if (minLength === undefined) return rest
  return rest.type === 'array' ? { ...rest, minItems: minLength } : { ...rest, minLength }
}

describe('schemas/template.schema.json', () => {
  test('says the same as the schema that templates are validated with', async () => {
    const expected = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'A template of dbfleet',
      ...(withMinItems(jsonSchemaOf(tableSchema as unknown as Node)) as object),
    }
    expect(JSON.parse(await read('schemas/template.schema.json'))).toEqual(expected)
  })

  test('accepts every template that ships, and so does dbfleet', async () => {
    const validate = new Ajv().compile(JSON.parse(await read('schemas/template.schema.json')))
    const files = (await readdir(new URL('templates/', root))).filter(name =>
      name.endsWith('.json'),
    )
    expect(files).toContain('measurements.json')
    for (const file of files) {
      const text = await read(`templates/${file}`)
      expect(validate(JSON.parse(text)), file).toBe(true)
      expect(parseTableTemplate(text, 'name', file).tags).not.toEqual([])
    }
  })

  test('and dbfleet refuse the same wrong shapes', async () => {
    const validate = new Ajv().compile(JSON.parse(await read('schemas/template.schema.json')))
    const tag = { name: 'a', path: '$.a', type: 'text' }
    const wrong = [
      [],
      null,
      { table: 't' },
      { table: '', json: 'data' },
      { table: 't', json: 'data', tag: [] },
      { table: 't', json: 'data', tags: {} },
      { table: 't', json: 'data', tags: [[]] },
      { table: 't', json: 'data', tags: [{ ...tag, type: 'TEXT' }] },
      { table: 't', json: 'data', tags: [{ ...tag, stored: 1 }] },
      { table: 't', json: 'data', indexes: [{ columns: [] }] },
      { table: 't', json: 'data', columns: [{ name: 'a', type: 'text', default: { sql: 'x' } }] },
    ]
    for (const template of wrong) {
      const text = JSON.stringify(template)
      expect(validate(template), text).toBe(false)
      expect(() => parseTableTemplate(text, 'name', 'x.json'), text).toThrow()
    }
    const right = { table: 't', json: 'data', tags: [tag] }
    expect(validate(right)).toBe(true)
    expect(parseTableTemplate(JSON.stringify(right), 'name', 'x.json').tags).toHaveLength(1)
  })
})
