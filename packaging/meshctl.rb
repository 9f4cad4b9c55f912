# scripts/release.js fills in the version and the checksum of the npm package.
class Meshctl < Formula
  desc "Find out why an Istio/Envoy service mesh misbehaves"
  homepage "https://github.com/meshctl/meshctl"
  url "https://registry.npmjs.org/meshctl/-/meshctl-VERSION.tgz"
  sha256 "SHA256-npm"
  license "Apache-2.0"

  depends_on "node"

  def install
    system "npm", "install", *std_npm_args
    bin.install_symlink Dir["#{libexec}/bin/*"]
    man1.install_symlink libexec/"lib/node_modules/meshctl/man/meshctl.1"
    generate_completions_from_executable(bin/"meshctl", "completion")
  end

  test do
    assert_match "MCT1001", shell_output("#{bin}/meshctl check deploy/sick-uid-v1 --from sample", 1)
  end
end
