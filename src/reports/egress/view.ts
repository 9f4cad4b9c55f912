import {podLabel} from '../../model/kube/kube-object.js'
import {objectLabel} from '../../model/kube/pod.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {PathBranch} from '../trace/path-report.js'
import type {View} from '../view.js'
import type {EgressReport} from './report.js'

const MEANS = {
  ALLOW_ANY: 'destinations that are not in the registry are passed through (PassthroughCluster)',
  REGISTRY_ONLY:
    'destinations that are not in the registry are blocked: 502 for HTTP (block_all), a reset for other connections (BlackHoleCluster)',
} as const

function modeCell({mode, declared, declaredBy}: EgressReport): Cell {
  const found = mode ?? declared
  if (found === undefined) return {text: 'not known', tone: 'warn'}
  const by =
    declaredBy === undefined ? 'the mesh configuration' : `${objectLabel(declaredBy)} spec.outboundTrafficPolicy.mode`
  const differs =
    mode !== undefined && declared !== undefined && mode !== declared
      ? `; Envoy has ${mode}, but ${by} says ${declared}: its configuration is older`
      : `, set by ${by}`
  return `${found}${differs}: ${MEANS[found]}`
}

function branchLine({share, outcome, because, status, flags, cluster}: PathBranch): string {
  const part = share > 0.9999 ? '' : `${Math.round(share * 100)}%: `
  const seen = status === null ? '' : `; the client gets ${status}${flags.length === 0 ? '' : ` ${flags.join(',')}`}`
  return `${part}${outcome}: ${because}${cluster === null ? '' : ` (${cluster})`}${seen}`
}

function doc(report: EgressReport): readonly Block[] {
  const {subject, asked, sidecar, serviceEntries, bypasses, patch} = report
  const fields: (readonly [string, Cell])[] = [
    ['Mode', modeCell(report)],
    [
      'Sidecar',
      sidecar === undefined
        ? 'none applies: every host of the mesh is imported'
        : `${objectLabel(sidecar.object)}, imports ${sidecar.egress.join(', ') || 'everything'}`,
    ],
    [
      'ServiceEntries',
      serviceEntries.length === 0
        ? 'none'
        : serviceEntries.map(each => `${objectLabel(each.object)} (${each.hosts.join(', ')})`).join('; '),
    ],
    [
      'Bypass',
      bypasses.length === 0
        ? 'no annotation excludes destinations from capture'
        : bypasses.map(each => `${each.annotation}: ${each.value}`).join('; '),
    ],
  ]
  return [
    {
      block: 'text',
      lines: [
        `${podLabel(subject)}${asked === undefined ? '' : ` to ${asked.to}`}`,
        ...(asked?.branches.map(branchLine) ?? []),
      ],
    },
    {block: 'fields', fields},
    ...(patch === undefined
      ? []
      : [
          {
            block: 'text',
            lines: ['', 'To allow it, apply this ServiceEntry:', ...patch.yaml.trimEnd().split('\n'), ...patch.also],
          } as const,
        ]),
  ]
}

/** What a pod may call outside the mesh; `-o patch` prints only the ServiceEntry to add. */
export const egressView: View<EgressReport> = {
  doc,
  data: ({subject, mode, declared, declaredBy, sidecar, serviceEntries, bypasses, asked, patch}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'Egress',
    pod: podLabel(subject),
    mode: mode ?? null,
    declared: declared ?? null,
    declaredBy: declaredBy ?? null,
    sidecar: sidecar ?? null,
    serviceEntries,
    bypasses,
    asked: asked ?? null,
    patch: patch ?? null,
  }),
  texts: {patch: ({patch}) => patch?.yaml ?? ''},
}
