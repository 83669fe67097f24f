import { dbmate } from './dbmate.js'
import type { ForeignTool, ToolName } from './foreign-tool.js'

/** All tools that are known, in the order in which they are looked for. */
export const FOREIGN_TOOLS: readonly ForeignTool[] = [dbmate]

/** The tool of that name. */
export function foreignTool(name: ToolName): ForeignTool {
  const tool = FOREIGN_TOOLS.find(tool => tool.name === name)
  if (tool === undefined) throw new Error(`no tool is named ${name}`)
  return tool
}
