import {randomUUID} from 'node:crypto'
import {setTimeout} from 'node:timers/promises'
import {Args, Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {DESCRIBE_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {remark} from '../src/cli/streams.js'
import {probeReport} from '../src/reports/probe/report.js'
import {probeView} from '../src/reports/probe/view.js'

export default class Probe extends MeshCommand {
  static override summary = 'Send one real request from a pod, and compare what comes of it with what trace predicts'
  static override description =
    "Runs curl, wget or bash in a container of the pod's application (exec), and nothing else; what is run is printed. Without --method the request is a GET."
  static override examples = [
    '<%= config.bin %> probe deploy/productpage-v1 http://details:9080/details/0',
    '<%= config.bin %> probe deploy/sleep http://ratings:9080/ratings/0 -H end-user=jason -o json',
  ]
  static override needs: CommandNeeds = DESCRIBE_NEEDS
  static override args = {
    pod: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'pod, pod.namespace or deploy/name that sends it',
    }),
    to: Args.string({ignoreStdin: true, required: true, description: 'URL of the request'}),
  }
  static override flags = {
    method: Flags.string({description: 'HTTP method (default: GET); others than GET and HEAD may change something'}),
    header: Flags.string({
      char: 'H',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'a request header (repeatable)',
    }),
    host: Flags.string({description: 'host header of the request (default: that of the URL)'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Probe)
    const {method, header, host, istioNamespace} = flags
    await this.withSubject(flags, args.pod, async (source, pod) => {
      const question = {
        to: args.to,
        flags: {method, header, host},
        istioNamespace,
        requestId: randomUUID(),
        announce: (container: string, argv: readonly string[]) =>
          remark(`runs in container ${container}: ${JSON.stringify(argv)}`),
        sleep: setTimeout,
      }
      await this.print(flags, await probeReport(source, pod, question), probeView)
    })
  }
}
