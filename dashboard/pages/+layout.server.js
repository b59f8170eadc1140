// Pages are plain HTML: every figure stands in them, so no runtime and no WebAssembly is sent.
// A page that needs Evidence's own interactive components may set csr = true for itself.
export const csr = false;
