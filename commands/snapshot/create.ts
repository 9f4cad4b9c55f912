import {Flags} from '@oclif/core'
import {CAPTURE_NEEDS} from '../../src/cli/command-needs.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {undoable} from '../../src/cli/output/interrupt.js'
import {progressLine} from '../../src/cli/output/progress-line.js'
import {example} from '../../src/cli/usage/example.js'
import {humanSize} from '../../src/model/text/human-size.js'
import {captureSource, planCapture} from '../../src/reports/capture/plan.js'
import {captureReport} from '../../src/reports/capture/report.js'
import {captureView} from '../../src/reports/capture/view.js'
import {formsOf} from '../../src/reports/view.js'
import {nameOfTime, snapshotFolder} from '../../src/sources/snapshot/place.js'
import {snapshotSink} from '../../src/sources/snapshot/store.js'

export default class SnapshotCreate extends MeshCommand {
  static override summary = 'Save the state of the mesh, to compare it later'
  static override description =
    'Snapshots are kept in your state directory and redacted like bundles; identical data is stored once. Read one with --from snapshot:NAME.'
  static override examples = [
    example('Save the state of a namespace under a name', 'snapshot create -n demo --name before-upgrade'),
  ]
  static override forms = formsOf(captureView)
  static override needs = CAPTURE_NEEDS
  static override strict = false
  static override flags = {
    name: Flags.string({description: 'name of the snapshot (default: current time)'}),
    'all-namespaces': Flags.boolean({char: 'A', description: 'pods in every namespace'}),
    selector: Flags.string({char: 'l', description: 'label selector for the pods'}),
    concurrency: Flags.integer({default: 8, min: 1, max: 64, description: 'number of pods to read in parallel'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask, whatever the size'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(SnapshotCreate)
    const name = flags.name ?? nameOfTime(new Date())
    const sink = await snapshotSink(snapshotFolder(), name)
    await this.withSource(flags, async given => {
      const source = captureSource(given)
      const target = {namespace: flags.namespace, allNamespaces: flags['all-namespaces'], selector: flags.selector}
      const line = progressLine(process.stderr)
      const plan = await planCapture(source, {
        pods: argv as string[],
        target,
        istiod: source.impliedSubject === undefined,
        istioNamespace: flags.istioNamespace,
      })
      const report = await undoable(signal =>
        captureReport(source, sink, plan, {
          path: `snapshot:${name}`,
          tool: `meshctl ${this.config.version}`,
          redact: true,
          concurrency: flags.concurrency,
          signal,
          agree: estimate => !estimate.large || flags.yes,
          progress: ({podsDone, pods, bytes}) => line.show(`${podsDone}/${pods} pods, ${humanSize(bytes)}`),
        }),
      ).finally(() => line.clear())
      await this.print(flags, report, captureView)
    })
  }
}
