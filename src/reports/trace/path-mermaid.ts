import type {PathReport} from './path-report.js'
import type {PathStep} from './path-steps.js'

/** A name escaped for a diagram: `;` and `#` are syntax in mermaid. */
function safe(text: string): string {
  return text.replace(/[;#\r\n"<>]/g, ' ').slice(0, 160)
}

const ACTORS: Readonly<Partial<Record<PathStep['hop'], string>>> = {
  'client-proxy': 'Envoy of',
  ztunnel: 'ztunnel for',
  waypoint: 'waypoint',
  gateway: 'gateway',
  'server-proxy': 'Envoy of',
  application: 'application',
  service: 'Service',
  outside: 'outside',
}

interface Actor {
  readonly id: string
  readonly label: string
}

/** A sequence diagram (mermaid.js.org) of the most likely path. */
export function mermaidOf(report: PathReport): string {
  const [branch] = report.branches
  const lines = ['sequenceDiagram', `  participant a0 as ${safe(report.from)}`]
  const actors = new Map<string, Actor>([['client', {id: 'a0', label: report.from}]])
  let current = 'a0'
  let said = report.request
  for (const step of branch?.steps ?? []) {
    const word = ACTORS[step.hop]
    if (word === undefined) {
      if (step.hop === 'tls') said = step.text
      else lines.push(`  Note over ${current}: ${safe(`${step.hop}: ${step.text}`)}`)
      continue
    }
    const label = `${word} ${step.where}`
    const known = actors.get(label) ?? {id: `a${actors.size}`, label}
    if (!actors.has(label)) {
      actors.set(label, known)
      lines.push(`  participant ${known.id} as ${safe(label)}`)
    }
    lines.push(`  ${current}->>${known.id}: ${safe(said)}`, `  Note over ${known.id}: ${safe(step.text)}`)
    current = known.id
    said = 'forwards it'
  }
  if (branch !== undefined) {
    const answer = branch.status === null ? branch.outcome : `${branch.outcome}, status ${branch.status}`
    lines.push(
      `  ${current}-->>a0: ${safe(`${answer}: ${branch.because}${branch.condition === null ? '' : `, if ${branch.condition}`}`)}`,
    )
  }
  return `${lines.join('\n')}\n`
}
