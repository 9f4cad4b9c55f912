import {formatIp, formatIpRange} from '../../model/kernel/ip-address.js'
import {podLabel} from '../../model/kube/kube-object.js'
import type {Block, Cell} from '../../terminal/doc.js'
import type {View} from '../view.js'
import type {NamedProcess, NetReport} from './report.js'

function section(title: string, header: readonly string[], rows: readonly (readonly Cell[])[]): readonly Block[] {
  if (rows.length === 0) return []
  return [
    {block: 'text', lines: ['', {text: title, tone: 'strong'}]},
    {block: 'table', style: 'columns', padding: 3, header: [...header], rows: rows.map(row => [...row])},
  ]
}

function owner({uid, user}: NamedProcess): string {
  return uid === undefined ? (user ?? '-') : user === undefined ? String(uid) : `${user} (${uid})`
}

/** Addresses and routes with the words of ip(8), and the processes with their parts in the mesh. */
export const netView: View<NetReport> = {
  doc: ({subject, interfaces, routes, policyRules, processes}) => {
    const contained = processes.some(({container}) => container !== undefined)
    return [
      {block: 'text', lines: [{text: podLabel(subject), tone: 'strong'}]},
      ...section(
        'Addresses',
        ['INTERFACE', 'ADDRESSES'],
        interfaces.map(({name, addresses}) => [name, addresses.map(formatIp).join(', ') || '-']),
      ),
      ...section(
        'Routes',
        ['DESTINATION', 'VIA', 'DEVICE', 'SOURCE', 'TABLE'],
        routes
          .filter(({table}) => table !== 'local')
          .map(({to, via, device, source, table, kind}) => [
            `${kind === 'unicast' ? '' : `${kind} `}${to.mask === 0n ? 'default' : formatIpRange(to)}`,
            via ?? '-',
            device ?? '-',
            source === undefined ? '-' : formatIp(source),
            table,
          ]),
      ),
      ...section(
        'Policy rules',
        ['PRIORITY', 'MARK', 'TABLE'],
        policyRules.map(({priority, mark, table}) => [
          String(priority),
          mark === undefined ? '-' : `0x${mark.value.toString(16)}`,
          table,
        ]),
      ),
      ...section(
        'Processes',
        ['PID', 'USER', ...(contained ? ['CONTAINER'] : []), 'ROLE', 'COMMAND'],
        processes.map(process => [
          String(process.pid ?? '-'),
          owner(process),
          ...(contained ? [process.container ?? '-'] : []),
          process.role.text || '-',
          process.command,
        ]),
      ),
    ]
  },
  data: ({subject, interfaces, routes, policyRules, processes}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'NetReport',
    pod: {namespace: subject.namespace, name: subject.name},
    interfaces: interfaces.map(({name, addresses}) => ({name, addresses: addresses.map(formatIp)})),
    routes: routes.map(({to, via, device, source, table, kind, family}) => ({
      family,
      kind,
      to: to.mask === 0n ? 'default' : formatIpRange(to),
      via: via ?? null,
      device: device ?? null,
      source: source === undefined ? null : formatIp(source),
      table,
    })),
    policyRules: policyRules.map(({family, priority, mark, table}) => ({
      family,
      priority,
      mark: mark?.value ?? null,
      table,
    })),
    processes: processes.map(({pid, parent, user, uid, container, role, command}) => ({
      pid,
      parent: parent ?? null,
      user: user ?? null,
      uid: uid ?? null,
      container: container ?? null,
      role: role.kind,
      about: role.text,
      command,
    })),
  }),
}
