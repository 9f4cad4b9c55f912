import {humanDuration} from '../../model/text/human-duration.js'
import {humanSize} from '../../model/text/human-size.js'
import type {DamagedSnapshot, SnapshotHead, SnapshotList} from '../../sources/snapshot/store.js'
import type {Origin} from '../../sources/source.js'
import type {Report} from '../report.js'
import type {View} from '../view.js'
import {storeProvenance} from './store-provenance.js'

export interface SnapshotListReport extends Report {
  readonly snapshots: readonly SnapshotHead[]
  readonly damaged: readonly DamagedSnapshot[]
  readonly folder: string
  readonly at: Date
}

/** The report of the snapshots in a store; damaged ones are notes. */
export function snapshotListReport({snapshots, damaged}: SnapshotList, folder: string, at: Date): SnapshotListReport {
  const origin: Origin = {kind: 'bundle', label: folder}
  const notes = damaged.map(({name, why}) => `snapshot ${name} cannot be read: ${why}`)
  return {origin, provenance: storeProvenance(folder, at), gaps: [], notes, snapshots, damaged, folder, at}
}

/** One row per snapshot, oldest first. */
export const snapshotListView: View<SnapshotListReport> = {
  namedBy: 'NAME',
  doc: ({snapshots, folder, at}) =>
    snapshots.length === 0
      ? [{block: 'text', lines: [`No snapshots in ${folder}.`]}]
      : [
          {
            block: 'table',
            style: 'columns',
            header: ['NAME', 'AGE', 'CAPTURED', 'PODS', 'SIZE', 'SOURCE'],
            rows: snapshots.map(({name, createdAt, capturedAt, pods, bytes, from}) => [
              name,
              humanDuration(at.getTime() - Date.parse(createdAt)),
              `${humanDuration(at.getTime() - Date.parse(capturedAt))} ago`,
              String(pods),
              humanSize(bytes),
              from,
            ]),
          },
        ],
  data: ({snapshots, damaged, folder}) => ({
    apiVersion: 'meshctl/v1',
    kind: 'SnapshotList',
    folder,
    snapshots: snapshots.map(({index: _, ...head}) => head),
    damaged,
  }),
}
