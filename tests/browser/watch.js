// Keeps what tests and benches must see of the page; before its own scripts.
window.watched = { frames: 0, gpuBytes: 0, skew: 0 };
const { instantiateStreaming } = WebAssembly;
WebAssembly.instantiateStreaming = async (...all) => {
    const made = await instantiateStreaming.apply(WebAssembly, all);
    watched.memory = made.instance.exports.memory;
    return made;
};
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (f) => request((now) => (watched.frames++, f(now)));
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
