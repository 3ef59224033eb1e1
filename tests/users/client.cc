/* SPDX-License-Identifier: MIT */
/* client.cc - libuwdf-client from C++17: what a program would write around it, tried on pad.c. */
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <uwdf/client.h>
#include <uwdf/status.h>

namespace
{

class device
{
      public:
	explicit device(const std::string &what)
	{
		uwdf_error error;
		uwdf_handle *opened;

		if (uwdf_open(what.c_str(), &error, &opened))
			throw std::runtime_error(error.text);
		handle_.reset(opened);
	}

	void write(std::string_view text)
	{
		std::int32_t status;
		std::size_t done;
		int err = uwdf_write(get(), text.data(), text.size(), 5000, &status, &done);

		check(err, status);
		if (done != text.size())
			throw std::runtime_error("a short write");
	}

	std::string read(std::size_t most, int timeout_ms = 5000)
	{
		std::string text(most, '\0');
		std::int32_t status;
		std::size_t done;
		int err = uwdf_read(get(), text.data(), most, timeout_ms, &status, &done);

		check(err, status);
		text.resize(done);
		return text;
	}

	std::string control(std::uint32_t code, std::string_view in, std::size_t most)
	{
		std::string out(most, '\0');
		std::int32_t status;
		std::size_t done;
		int err = uwdf_control(get(), code, in.data(), in.size(), out.data(), most, 5000,
				       &status, &done);

		check(err, status);
		out.resize(done);
		return out;
	}

	uwdf_handle *get() const
	{
		return handle_.get();
	}

      private:
	static void check(int err, std::int32_t status)
	{
		if (err)
			throw std::runtime_error("errno " + std::to_string(-err));
		if (status < 0)
			throw std::runtime_error("status " + std::to_string(status));
	}

	struct closer {
		void operator()(uwdf_handle *handle) const
		{
			uwdf_close(handle);
		}
	};
	std::unique_ptr<uwdf_handle, closer> handle_;
};

void expect(bool is, const char *what)
{
	if (!is)
		throw std::runtime_error(what);
}

constexpr std::uint32_t capitals = 0x22u << 16 | 0x800u << 2;

void read_and_write(device &pad)
{
	pad.write("a line");
	expect(pad.read(64) == "a line", "read: not what was written");
	expect(pad.control(capitals, "small", 64) == "SMALL", "control: not in capitals");
}

void wrong_calls_throw(device &pad)
{
	bool thrown = false;

	try {
		(void)pad.control(capitals + 4, "small", 64);
	} catch (const std::runtime_error &) {
		thrown = true;
	}
	expect(thrown, "a control that the driver does not know");
	try {
		thrown = false;
		device none("there is none of this name");
	} catch (const std::runtime_error &) {
		thrown = true;
	}
	expect(thrown, "a device that is not there");
}

/* Many at once; the answers come in any order. */
void batch(device &pad)
{
	std::vector<std::string> in(8), out(8, std::string(8, '\0'));
	std::vector<uwdf_op> ops(8);

	for (std::size_t i = 0; i < ops.size(); i++) {
		in[i] = "batch" + std::to_string(i);
		ops[i] = {};
		ops[i].kind = UWDF_CONTROL;
		ops[i].code = capitals;
		ops[i].in = in[i].data();
		ops[i].in_len = in[i].size();
		ops[i].out = out[i].data();
		ops[i].out_len = out[i].size();
		expect(uwdf_submit(pad.get(), &ops[i]) == 0, "submit");
	}
	for (std::size_t i = 0; i < ops.size(); i++) {
		uwdf_op *op;

		expect(uwdf_reap(pad.get(), 5000, &op) == 1, "reap");
		expect(op->status == 0 && op->information == 6, "an answer of the batch");
	}
	for (std::size_t i = 0; i < ops.size(); i++)
		expect(out[i].substr(0, 6) == "BATCH" + std::to_string(i), "a text of the batch");
}

/* A read that waits, until another thread gives it up. */
void cancelled_by_another_thread(device &pad)
{
	std::string text(8, '\0');
	uwdf_op op{}, *reaped = nullptr;
	int err = -1;

	op.kind = UWDF_READ;
	op.out = text.data();
	op.out_len = text.size();
	expect(uwdf_submit(pad.get(), &op) == 0, "submit of a read");
	expect(uwdf_reap(pad.get(), 0, &reaped) == 0, "a read of nothing came back");
	std::thread other([&] { err = uwdf_cancel(pad.get(), &op); });
	expect(uwdf_reap(pad.get(), 5000, &reaped) == 1 && reaped == &op,
	       "reap of a cancelled read");
	other.join();
	expect(err == 0 && op.status == UWDF_STATUS_CANCELLED, "the read was not cancelled");
}

} // namespace

int main(int argc, char **argv)
{
	try {
		device pad(argc > 1 ? argv[1] : "Pad");

		read_and_write(pad);
		wrong_calls_throw(pad);
		batch(pad);
		cancelled_by_another_thread(pad);
	} catch (const std::exception &e) {
		std::fprintf(stderr, "client.cc: %s\n", e.what());
		return 1;
	}
	std::puts("client.cc: all is well");
	return 0;
}
