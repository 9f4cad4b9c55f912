import {MODE_WORDS} from '../../model/pod-mode.js'
import {parameterLine} from '../../rules/parameter.js'
import {neededFacts, type Rule} from '../../rules/rule.js'
import {ruleData} from '../../rules/rule-data.js'
import type {Cell, Doc} from '../../terminal/doc.js'
import {wrapText} from '../../terminal/wrap.js'
import type {View} from '../view.js'
import type {ExplainReport} from './report.js'

const WIDTH = 79

function part(label: string, text: string): readonly Cell[] {
  return wrapText(text, WIDTH, '         ', `${label.padEnd(9)}`)
}

function ruleLines(rule: Rule): readonly Cell[] {
  const also = rule.aliases.length === 0 ? '' : `, Istio's ${rule.aliases.join(', ')}`
  return [
    {text: `${rule.code} ${rule.slug} (${rule.severity}${also})`, tone: 'strong'},
    ...wrapText(`${rule.title}.`, WIDTH),
    '',
    ...part('why', rule.why),
    ...part('fix', rule.fix),
    ...part('pods', `it asks about a pod that ${rule.modes.map(mode => MODE_WORDS[mode]).join(', or ')}`),
    ...part('needs', neededFacts(rule, 'the pod or its template')),
    ...Object.entries(rule.parameters ?? {}).flatMap(([name, parameter]) =>
      part('set', parameterLine(name, parameter)),
    ),
    ...(rule.versions === undefined ? [] : part('versions', rule.versions)),
    ...rule.references.map((page, index) => `${(index === 0 ? 'read' : '').padEnd(9)}${page}`),
    ...part('accept', `annotation meshctl.io/ignore: "${rule.code}: reason" on the pod, or --skip ${rule.code}`),
  ]
}

function portLines({port}: ExplainReport): readonly Cell[] {
  if (port === undefined) return []
  if (port.uses.length === 0) return [`Port ${port.port} is not used by the mesh: an application may have it.`]
  return [
    {text: `Port ${port.port}`, tone: 'strong'},
    ...port.uses.flatMap(({where, owner, purpose, protocols}) =>
      wrapText(`In ${where}: ${purpose} (${owner}, ${protocols.join(' and ')}).`, WIDTH, '  '),
    ),
    ...(port.uses.every(({where}) => where === 'istiod')
      ? ["Only in istiod's own pods: an application may have it."]
      : ['An application must not use it there: meshctl explain MCT1105']),
  ]
}

function flagLines({flags}: ExplainReport): readonly Cell[] {
  return flags.flatMap(({flag, meaning, next}) => [
    {text: `${flag} (response flag in Envoy's access log)`, tone: 'strong' as const},
    ...part('means', meaning),
    ...part('next', next),
  ])
}

function termLines({term}: ExplainReport): readonly Cell[] {
  if (term === undefined) return []
  return [{text: term.term, tone: 'strong'}, ...part('means', term.meaning), ...part('next', term.next)]
}

function kernelLines({kernel}: ExplainReport): readonly Cell[] {
  if (kernel === undefined) return []
  return [
    {text: `${kernel.name} (kernel rules)`, tone: 'strong'},
    ...(kernel.about === '' ? [] : part('about', kernel.about)),
    ...kernel.rules.flatMap(rule => part('rule', rule)),
    ...part(
      'see',
      'meshctl iptables POD shows the rules of a pod in these words, meshctl packet POD asks where a packet goes',
    ),
  ]
}

function doc(report: ExplainReport): Doc {
  const parts = [
    ...report.rules.map(ruleLines),
    portLines(report),
    flagLines(report),
    kernelLines(report),
    termLines(report),
  ].filter(lines => lines.length > 0)
  return [{block: 'text', lines: parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))}]
}

/** One term in full. */
export const explainView: View<ExplainReport> = {
  doc,
  data: ({word, rules, port, flags, kernel, term}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Explanation',
    word,
    rules: rules.map(ruleData),
    port: port ?? null,
    flag: flags[0] ?? null,
    flags,
    kernel: kernel ?? null,
    term: term ?? null,
  }),
}
