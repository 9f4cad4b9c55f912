import {type AnyRule, appliesToText, isConfigRule, needsText} from '../../rules/any-rule.js'
import {parameterLine} from '../../rules/parameter.js'
import {ruleData} from '../../rules/rule-data.js'
import {type Doc, type Line, prose} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {ExplainedLine} from './lines.js'
import type {ExplainReport} from './report.js'
import type {Topic} from './topic.js'

function part(label: string, text: string): readonly Line[] {
  return [prose(text, undefined, '         ', label.padEnd(9))]
}

function ruleLines(rule: AnyRule): readonly Line[] {
  const also = rule.aliases.length === 0 ? '' : `, Istio's ${rule.aliases.join(', ')}`
  return [
    {text: `${rule.code} ${rule.slug} (${rule.severity}${also})`, tone: 'strong'},
    prose(`${rule.title}.`),
    '',
    ...part('why', rule.why),
    ...part('fix', rule.fix),
    ...part('applies', `to ${appliesToText(rule)}`),
    ...part('needs', needsText(rule, 'the pod or its template')),
    ...Object.entries((isConfigRule(rule) ? undefined : rule.parameters) ?? {}).flatMap(([name, parameter]) =>
      part('set', parameterLine(name, parameter)),
    ),
    ...(isConfigRule(rule) || rule.versions === undefined ? [] : part('versions', rule.versions)),
    ...rule.references.map((page, index) => `${(index === 0 ? 'read' : '').padEnd(9)}${page}`),
    ...part(
      'accept',
      `annotation meshctl.io/ignore: "${rule.code}: reason" on the ${isConfigRule(rule) ? 'object' : 'pod'}, or --skip ${rule.code}`,
    ),
  ]
}

function portLines({port}: Topic): readonly Line[] {
  if (port === undefined) return []
  if (port.uses.length === 0) return [`Istio does not use port ${port.port}.`]
  return [
    {text: `Port ${port.port}`, tone: 'strong'},
    ...port.uses.map(({where, owner, purpose, protocols}) =>
      prose(`In ${where}: ${purpose} (${owner}, ${protocols.join(' and ')}).`, undefined, '  '),
    ),
    ...(port.uses.every(({where}) => where === 'istiod')
      ? ["Used only in istiod's own pods; other pods may use it."]
      : ['Applications must not use it there (meshctl explain MCT1105).']),
  ]
}

function flagLines({flags}: Topic): readonly Line[] {
  return flags.flatMap(({flag, meaning, next}) => [
    {text: `${flag} (response flag in Envoy's access log)`, tone: 'strong' as const},
    ...part('means', meaning),
    ...part('next', next),
  ])
}

function termLines({term}: Topic): readonly Line[] {
  if (term === undefined) return []
  return [{text: term.term, tone: 'strong'}, ...part('means', term.meaning), ...part('next', term.next)]
}

function kernelLines({kernel}: Topic): readonly Line[] {
  if (kernel === undefined) return []
  return [
    {text: `${kernel.name} (kernel rules)`, tone: 'strong'},
    ...(kernel.about === '' ? [] : part('about', kernel.about)),
    ...kernel.rules.flatMap(rule => part('rule', rule)),
    ...part(
      'see',
      'meshctl iptables POD shows the rules of a pod with these explanations, meshctl packet POD where a packet goes',
    ),
  ]
}

function meaningLines({meanings}: Topic): readonly (readonly Line[])[] {
  return meanings.map(({word, kind, meaning, next, source}) => [
    {text: `${word} (${kind})`, tone: 'strong' as const},
    ...part('means', meaning),
    ...part('next', next),
    `read     ${source}`,
  ])
}

function topicParts(topic: Topic): readonly (readonly Line[])[] {
  return [
    ...topic.rules.map(ruleLines),
    portLines(topic),
    flagLines(topic),
    ...meaningLines(topic),
    kernelLines(topic),
    termLines(topic),
  ]
}

function lineParts(
  {line, count, writer, heading, means, next, source, words, also}: ExplainedLine,
  several: boolean,
): readonly Line[] {
  const where = several ? `${line}${count > 1 ? ` and ${count - 1} more` : ''}: ` : ''
  return [
    prose(means, 'strong'),
    ...part('line', `${where}${heading}`),
    ...part('from', writer),
    ...also.flatMap(text => part('also', text)),
    ...words.flatMap(({word, meaning}) => part('term', `${word}: ${meaning}`)),
    ...part('next', next),
    ...(source === undefined ? [] : [`read     ${source}`]),
  ]
}

function unknownLines({unknown}: ExplainReport): readonly Line[] {
  return unknown.map(({word, nearest}) =>
    prose(`No entry for ${word}${nearest.length === 0 ? '' : `; did you mean ${nearest.join(', ')}?`}`),
  )
}

function doc(report: ExplainReport): Doc {
  const parts = [
    ...report.lines.map(line => lineParts(line, report.word.includes('\n'))),
    ...report.topics.flatMap(topicParts),
    unknownLines(report),
  ].filter(lines => lines.length > 0)
  return [{block: 'text', lines: parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))}]
}

/** Explanations of terms and log lines. */
export const explainView: View<ExplainReport> = {
  doc,
  data: ({word, topics, lines, unknown}) => {
    const flags = topics.flatMap(topic => topic.flags)
    return {
      apiVersion: 'meshctl/v1',
      kind: 'Explanation',
      word,
      rules: topics.flatMap(topic => topic.rules).map(ruleData),
      port: topics.find(({port}) => port !== undefined)?.port ?? null,
      ports: topics.flatMap(({port}) => port ?? []),
      flag: flags[0] ?? null,
      flags,
      kernel: topics.find(({kernel}) => kernel !== undefined)?.kernel ?? null,
      kernels: topics.flatMap(({kernel}) => kernel ?? []),
      term: topics.find(({term}) => term !== undefined)?.term ?? null,
      terms: topics.flatMap(({term}) => term ?? []),
      meanings: topics.flatMap(({meanings}) => meanings),
      lines,
      unknown,
    }
  },
}
