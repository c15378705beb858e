// Keeps what tests and benches must see of the page; before its own scripts.
window.watched = { draws: 0, gpuBytes: 0, skew: 0 };
const { instantiateStreaming } = WebAssembly;
WebAssembly.instantiateStreaming = async (...all) => {
    const made = await instantiateStreaming.apply(WebAssembly, all);
    watched.memory = made.instance.exports.memory;
    return made;
};
for (const name of ["drawElements", "drawElementsInstanced", "drawArrays"]) {
    const draw = window.WebGL2RenderingContext?.prototype[name];
    if (draw) WebGL2RenderingContext.prototype[name] = function (...all) {
        watched.draws++;
        return draw.apply(this, all);
    };
}
const now = performance.now.bind(performance);
performance.now = () => now() + watched.skew;
if (window.GPUDevice) {
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    const alive = new WeakSet();
    GPUDevice.prototype.createBuffer = function (descriptor) {
        const buffer = createBuffer.call(this, descriptor);
        alive.add(buffer);
        watched.gpuBytes += buffer.size;
        return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
        if (alive.delete(this)) watched.gpuBytes -= this.size;
        return destroy.call(this);
    };
}
