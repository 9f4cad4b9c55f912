import type {Cell, Tone} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {AuthzCheckReport, PolicyRow} from './check-report.js'

const TONES: Readonly<Record<PolicyRow['standing'], Tone>> = {
  both: 'good',
  'objects only': 'bad',
  'proxy only': 'bad',
  unknown: 'dim',
}

function row({action, namespace, name, rules, mode, standing, notes}: PolicyRow): readonly Cell[] {
  return [
    action,
    `${name}.${namespace}`,
    String(rules),
    mode,
    {text: standing, tone: TONES[standing]},
    notes.join('; ') || '-',
  ]
}

/** The policies of a pod in istioctl's columns, and whether objects and proxy agree. */
export const authzCheckView: View<AuthzCheckReport> = {
  namedBy: 'AuthorizationPolicy',
  doc: ({policies}) => [
    policies.length === 0
      ? {block: 'text', lines: ['no AuthorizationPolicy applies: every request is allowed']}
      : {
          block: 'table',
          style: 'columns',
          header: ['ACTION', 'AuthorizationPolicy', 'RULES', 'MODE', 'FOUND IN', 'NOTES'],
          rows: policies.map(row),
        },
  ],
  data: ({subject, policies}) => ({pod: subject, policies}),
}
