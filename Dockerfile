# The program alone, as a user without rights, on a root file system that may be read-only:
#   npm run build && npm run package -- package && docker build -t meshctl .
#   docker run --rm --read-only -v ~/.kube/config:/kubeconfig:ro meshctl check -A --kubeconfig /kubeconfig
FROM gcr.io/distroless/nodejs24-debian12:nonroot
COPY package/ /opt/meshctl/
# No home that could be written: nothing is kept between runs.
ENV NODE_DISABLE_COMPILE_CACHE=1
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["/nodejs/bin/node", "/opt/meshctl/bin/run.js"]
CMD ["--help"]
