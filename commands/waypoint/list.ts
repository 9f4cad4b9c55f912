import {Args} from '@oclif/core'
import {WAYPOINT_NEEDS} from '../../src/cli/command-needs.js'
import {fileFlag} from '../../src/cli/flags/flags.js'
import {sortFlag} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {formsOf} from '../../src/reports/view.js'
import {waypointReport} from '../../src/reports/waypoints/report.js'
import {waypointListView} from '../../src/reports/waypoints/view.js'

export default class WaypointList extends MeshCommand {
  static override summary = 'List waypoints'
  static override examples = [
    example('List the waypoints of every namespace', 'waypoint list -A'),
    example('List those of one namespace, with more columns', 'waypoint list -n amb -o wide'),
  ]
  static override forms = formsOf(waypointListView)
  static override needs = WAYPOINT_NEEDS
  static override args = {name: Args.string({ignoreStdin: true, description: 'waypoint (default: all)'})}
  static override flags = {file: fileFlag, sort: sortFlag}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(WaypointList)
    await this.withSource(flags, async source => {
      const namespace = flags['all-namespaces'] ? undefined : (flags.namespace ?? source.defaultNamespace)
      await this.print(flags, await waypointReport(source, namespace, args.name), waypointListView)
    })
  }
}
