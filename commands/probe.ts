import {randomUUID} from 'node:crypto'
import {setTimeout} from 'node:timers/promises'
import {Args, Flags} from '@oclif/core'
import {PROBE_NEEDS} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {remark} from '../src/cli/output/streams.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {probeReport} from '../src/reports/verify/probe-report.js'
import {probeView} from '../src/reports/verify/probe-view.js'
import {suiteView} from '../src/reports/verify/suite-view.js'
import {formsOf} from '../src/reports/view.js'

export default class Probe extends MeshCommand {
  static override summary = 'Send one real request from a pod, and compare the result with what trace predicts'
  static override description =
    "Runs curl, wget or bash in a container of the pod's application (exec), and nothing else; what is run is printed. Without --method the request is a GET."
  static override examples = [
    example('Send one request, and compare it with the prediction', 'probe deploy/productpage-v1 http://details:9080/'),
    example(
      'Send it with a header, and print JSON',
      'probe deploy/sleep http://ratings:9080/ -H end-user=jason -o json',
    ),
    example('Send the requests of a file of expectations', 'probe --suite expectations.yaml -n demo'),
  ]
  static override forms = formsOf(probeView, suiteView)
  static override needs = PROBE_NEEDS
  static override args = {
    pod: Args.string({
      ignoreStdin: true,
      required: true,
      description: 'pod, pod.namespace or deploy/name that sends it',
    }),
    to: Args.string({ignoreStdin: true, description: 'URL of the request'}),
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
    suite: Flags.string({
      helpValue: 'FILE',
      description: 'send every request of a file of expectations, as verify -f reads it',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Probe)
    const {method, header, host, istioNamespace, suite} = flags
    const announce = (container: string, argv: readonly string[]) =>
      remark(`runs in container ${container}: ${JSON.stringify(argv)}`)
    const sending = {announce, sleep: setTimeout}
    if (suite !== undefined) {
      const {askedOf, expectationsIn} = await import('../src/cli/input/expectations.js')
      const {suiteReport} = await import('../src/reports/verify/suite-report.js')
      const expectations = await expectationsIn(suite)
      return await this.withSource(flags, async source => {
        const asked = await Promise.all(expectations.map(each => askedOf(source, each, flags)))
        await this.print(flags, await suiteReport(source, suite, asked, {...sending, requestId: randomUUID}), suiteView)
      })
    }
    const {pod: from, to} = args
    if (from === undefined || to === undefined)
      throw new UserError('probe needs a pod and a URL, or --suite FILE', {
        next: 'meshctl probe deploy/sleep http://HOST:PORT/PATH',
      })
    await this.withSubject(flags, from, async (source, pod) => {
      const question = {...sending, to, flags: {method, header, host}, istioNamespace, requestId: randomUUID()}
      await this.print(flags, await probeReport(source, pod, question), probeView)
    })
  }
}
