/** An element of a page. */
export interface HtmlElement {
  name: string
  attributes: Record<string, string>
  children: HtmlElement[]
  /** Its own and that of everything in it. */
  text: string
}

const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*(\/?)>/y
const VOID = new Set(['meta', 'input', 'img', 'br', 'link'])
const RAW = new Set(['script', 'style'])

/**
 * Reads a page as strictly as its maker means it: every element is closed by name, attributes are quoted,
 * and text holds no sign that a browser would make something else of. Throws for any other text.
 */
export function readHtml(text: string): HtmlElement {
  const prologue = '<!doctype html>\n'
  if (!text.startsWith(prologue)) throw new Error('no doctype')
  const root: HtmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const ids = new Set<string>()
  let at = prologue.length
  const say = (words: string) => {
    for (const element of open) element.text += words
  }
  while (at < text.length) {
    if (text[at] !== '<') {
      const end = text.indexOf('<', at)
      const run = text.slice(at, end === -1 ? text.length : end)
      say(unescaped(run))
      at += run.length
      continue
    }
    TAG.lastIndex = at
    const tag = TAG.exec(text)
    if (tag === null) throw new Error(`no tag: ${text.slice(at, at + 80)}`)
    const [whole, closes, name = '', attributes = '', isEmpty] = tag
    at += whole.length
    if (closes !== '') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
      continue
    }
    const child: HtmlElement = {
      name,
      attributes: readAttributes(attributes),
      children: [],
      text: '',
    }
    const { id } = child.attributes
    if (id !== undefined && ids.has(id)) throw new Error(`two elements are called ${id}`)
    if (id !== undefined) ids.add(id)
    open.at(-1)?.children.push(child)
    if (RAW.has(name)) {
      const end = text.indexOf(`</${name}`, at)
      child.text = text.slice(at, end)
      at = end + name.length + 3
    } else if (isEmpty === '' && !VOID.has(name)) open.push(child)
  }
  const [only, second] = root.children
  if (open.length !== 1 || only === undefined || second !== undefined)
    throw new Error('not one page')
  return only
}

/** All elements of a name, in their order. */
export function elementsOf(element: HtmlElement, name: string): HtmlElement[] {
  const below = element.children.flatMap(child => elementsOf(child, name))
  return element.name === name ? [element, ...below] : below
}

/** The element of an id. */
export function byId(element: HtmlElement, id: string): HtmlElement | undefined {
  if (element.attributes.id === id) return element
  for (const child of element.children) {
    const found = byId(child, id)
    if (found !== undefined) return found
  }
  return undefined
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
}

function unescaped(text: string): string {
  return text.replace(/&([#\w]*);?/g, (entity, name: string) => {
    const sign = ENTITIES[name]
    if (sign === undefined || !entity.endsWith(';')) throw new Error(`${entity} is no entity`)
    return sign
  })
}
