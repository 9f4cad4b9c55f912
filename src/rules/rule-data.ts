import type {MeshRule} from './rule.js'

/** A rule as plain data. */
export function ruleData({
  code,
  slug,
  aliases,
  severity,
  title,
  why,
  fix,
  references,
  versions,
  modes,
  needs,
  needsToPass,
  uses,
  parameters = {},
}: MeshRule): unknown {
  return {
    code,
    slug,
    aliases,
    severity,
    title,
    why,
    fix,
    references,
    versions: versions ?? null,
    modes,
    needs,
    passesWith: needsToPass ?? [],
    uses: uses ?? [],
    parameters: Object.entries(parameters).map(([name, parameter]) => ({name, ...parameter})),
  }
}
