import { TOOL_NAMES, type ToolName } from '../../adopt/foreign-tool.js'

/** What `--from` takes: a tool, or none of them. */
export const TOOL_CHOICES: readonly (ToolName | 'none')[] = [...TOOL_NAMES, 'none']
