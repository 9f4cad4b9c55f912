import {MODE_WORDS} from '../../model/pod-mode.js'
import {parameterLine} from '../../rules/parameter.js'
import {neededFacts, type Rule} from '../../rules/rule.js'

function chapter(rule: Rule): string {
  const also = rule.aliases.length === 0 ? '' : `; Istio's ${rule.aliases.join(', ')}`
  return [
    `## ${rule.code} ${rule.slug}`,
    '',
    `**${rule.title}** (${rule.severity}${also})`,
    '',
    rule.why,
    '',
    `- Do: ${rule.fix}`,
    `- Asked about a pod that ${rule.modes.map(mode => MODE_WORDS[mode]).join(', or ')}`,
    `- Needs: ${neededFacts(rule, 'the pod or its template')}`,
    ...Object.entries(rule.parameters ?? {}).map(
      ([name, parameter]) => `- Parameter ${parameterLine(`\`${name}\``, parameter)}`,
    ),
    ...(rule.versions === undefined ? [] : [`- Versions: ${rule.versions}`]),
    ...rule.references.map(page => `- <${page}>`),
    '',
  ].join('\n')
}

/** docs/rules.md: a table of all rules and a chapter for each. */
export function rulesDocument(rules: readonly Rule[]): string {
  const sorted = [...rules].sort((a, b) => (a.code < b.code ? -1 : 1))
  const rows = sorted.map(
    ({code, severity, slug, title}) => `| [${code}](#${code.toLowerCase()}-${slug}) | ${severity} | ${title} |`,
  )
  return [
    '# Rules',
    '',
    'What `meshctl check` asks. Written by `npm run generate` from src/rules; the same text is behind `meshctl explain CODE`.',
    'A code is never used again for another rule. The severity is the usual one; a finding may differ with its circumstances.',
    '',
    '| code | severity | title |',
    '|---|---|---|',
    ...rows,
    '',
    ...sorted.map(chapter),
  ].join('\n')
}
