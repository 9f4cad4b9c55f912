import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {snapshotListReport, snapshotListView} from '../../src/reports/snapshots/list.js'
import {formsOf} from '../../src/reports/view.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {listSnapshots} from '../../src/sources/snapshot/store.js'

export default class SnapshotList extends MeshCommand {
  static override summary = 'List the snapshots on this machine, oldest first'
  static override examples = [example('List the snapshots', 'snapshot list')]
  static override aliases = ['snapshot:ls']

  static override forms = formsOf(snapshotListView)
  static override needs = NO_NEEDS
  async run(): Promise<void> {
    const {flags} = await this.parse(SnapshotList)
    const folder = snapshotFolder()
    await this.print(flags, snapshotListReport(await listSnapshots(folder), folder, new Date()), snapshotListView)
  }
}
